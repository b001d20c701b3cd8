/** Architectures as PyTorch modules: one file of Python that defines `Network` and, run by itself, tries it. */
import type { FormatId } from '../../formats/format.ts';
import { ArchitectureError } from '../../graph/architecture-error.ts';
import { blocksUsed } from './pytorch/building-blocks.ts';
import { chainSource } from './pytorch/chain.ts';
import { dagSource } from './pytorch/dag.ts';
import { dartsSource } from './pytorch/darts.ts';
import { nasBench201Source, transNasBench101Source } from './pytorch/four-state-cell.ts';
import { nasBench101Source } from './pytorch/nas-bench-101.ts';
import type { Source } from './pytorch/source.ts';

const SOURCES: Readonly<Partial<Record<FormatId, (text: string) => Source>>> = {
  'nas-bench-101': nasBench101Source,
  'nas-bench-201': nasBench201Source,
  darts: dartsSource,
  'transnas-bench-101': transNasBench101Source,
  chain: chainSource,
  dag: dagSource,
};

/** Callers' words may hold anything; in a comment only a line break would end it. */
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');

/**
 * The Python source of an architecture in one of the formats.
 *
 * @throws ArchitectureError `operator-not-in-pytorch`, `export-not-for-space`
 */
export function pytorchOf(format: FormatId, text: string): string {
  const sourceOf = SOURCES[format];
  if (sourceOf === undefined) {
    throw new ArchitectureError('export-not-for-space', `${format} networks are not exported to PyTorch`);
  }
  const { classes, input, classCount } = sourceOf(text);
  const own = classes.join('\n\n\n');
  const blocks = blocksUsed(own);
  const imports = ['import torch', 'from torch import nn', 'from torch.nn import functional as F'];
  const used = [...blocks, own].join('\n');
  return `# ${format}: ${oneLine(text)}
${imports.filter((line) => !line.endsWith(' F') || /\bF\./.test(used)).join('\n')}


${[...blocks, own].join('\n\n\n')}


if __name__ == "__main__":
    network = Network()
    output = network(torch.randn(2, ${input.join(', ')}))
    print("params", sum(p.numel() for p in network.parameters()))
    print("output", tuple(output.shape))${classCount === undefined ? '' : `  # ${classCount} classes`}
`;
}
