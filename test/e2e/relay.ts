import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** One address for a server that comes back at another port after each restart. */
export class Relay {
  readonly url: string;
  private readonly target: () => string;
  private readonly sockets = new Set<Socket>();
  private readonly server;

  private constructor(target: () => string, server: ReturnType<typeof createServer>) {
    this.target = target;
    this.server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (socket) => this.pass(socket));
  }

  /** @throws Error when the port is taken; 0 is any that is free */
  static async open(target: () => string, port = 0): Promise<Relay> {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new Relay(target, server);
  }

  private pass(socket: Socket): void {
    const { hostname, port } = new URL(this.target());
    const beyond = connect(Number(port), hostname);
    for (const [one, other] of [
      [socket, beyond],
      [beyond, socket],
    ] as const) {
      this.sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}
