import type { PostgresRow } from '@fairlead/base'
import { itemsOf } from '../../turns/page-path.ts'
import { readableTurn } from '../../turns/readable-turn.ts'
import { outlineOf, outlineVersion } from '../../turns/turn-outline.ts'
import type { Turn } from '../../turns/turn.ts'
import { parseStored } from '../parse-stored.ts'
import { readTurnStatus } from '../read-status.ts'
import { storedText, storedTextOrNull } from './stored-text.ts'

/** A row of what a statement returned. */
export type Row = PostgresRow

/** What functions of the schema are given of a turn. JSON within JSON is text. */
export function turnForStore(given: Turn) {
  const turn = readableTurn(given)
  const { output, status, ...body } = turn
  return {
    seq: turn.seq,
    id: storedText(turn.id),
    parent: storedTextOrNull(turn.parent),
    status,
    key: storedTextOrNull(turn.idempotency_key),
    digest: storedTextOrNull(turn.request_digest),
    instructed_by: storedTextOrNull(turn.instructed_by),
    body: JSON.stringify(body),
    // In a column of its own, because partial answers are written often.
    output: JSON.stringify(output),
    items: itemsOf(turn).map(({ id }) => storedText(id)),
    version: outlineVersion,
    outline: status === 'in_progress' ? null : JSON.stringify(outlineOf(turn)),
  }
}

/** Reads a turn. Throws for one of a newer program. */
export function readTurn(row: Row): Turn {
  return readableTurn({
    ...parseStored<Omit<Turn, 'status' | 'output'>>(row['body']),
    status: readTurnStatus(row['status']),
    output: parseStored<Turn['output']>(row['output']),
  })
}
