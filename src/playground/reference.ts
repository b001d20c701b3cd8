/** The API reference: Scalar over `/openapi.json`, with nothing fetched from or sent to anybody else. */
import { readKey } from './key.ts';

declare const Scalar: { createApiReference(place: string, options: object): unknown };

const key = readKey();

Scalar.createApiReference('#reference', {
  url: '/openapi.json',
  hideClientButton: true,
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: 'never',
  authentication: {
    preferredSecurityScheme: 'bearer',
    ...(key === null ? {} : { securitySchemes: { bearer: { token: key } } }),
  },
});
