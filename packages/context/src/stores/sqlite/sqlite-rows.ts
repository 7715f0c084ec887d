import type { TreeNode } from '../../turns/tree-node.ts'
import { readableTurn } from '../../turns/readable-turn.ts'
import type { Turn } from '../../turns/turn.ts'
import { parseStored } from '../parse-stored.ts'
import { readTurnStatus } from '../read-status.ts'

export type Row = Readonly<Record<string, unknown>>

/** The output has a column of its own, because partial answers are written often. */
export function turnTexts({
  output,
  status: _status,
  ...body
}: Turn): [body: string, output: string] {
  return [JSON.stringify(body), JSON.stringify(output)]
}

/** Reads a turn. Throws for one of a newer program. */
export function readTurn(row: Row): Turn {
  return readableTurn({
    ...parseStored<Omit<Turn, 'status' | 'output'>>(row['body']),
    status: readTurnStatus(row['status']),
    output: parseStored<Turn['output']>(row['output']),
  })
}

export function readNode(row: Row | undefined): TreeNode | undefined {
  if (row === undefined) return undefined
  const [seq, parent, jump, depth] = [row['seq'], row['parent'], row['jump'], row['depth']]
  return { seq: Number(seq), parent: Number(parent), jump: Number(jump), depth: Number(depth) }
}
