import { itemsOf } from '../../turns/page-path.ts'
import { readableTurn } from '../../turns/readable-turn.ts'
import { outlineOf, outlineVersion, type TurnOutline } from '../../turns/turn-outline.ts'
import type { Turn } from '../../turns/turn.ts'
import { parseStored } from '../parse-stored.ts'

/** A turn as texts: output and outline have places of their own. */
interface StoredTurn {
  readonly body: string
  readonly output: string
  /** Empty for a running turn. */
  readonly outline: string
  /** Ids of its items, as JSON. */
  readonly items: string
}

export function storedTurn(turn: Turn): StoredTurn {
  const { output, ...body } = readableTurn(turn)
  const ids = itemsOf({ ...body, output }).map(({ id }) => id)
  return {
    body: JSON.stringify(body),
    output: JSON.stringify(output),
    outline: turn.status === 'in_progress' ? '' : outlineText(outlineOf({ ...body, output })),
    items: readableJson([...new Set(ids)]),
  }
}

export function readTurn(body: string, output: string): Turn {
  return readableTurn({
    ...parseStored<Omit<Turn, 'output'>>(body),
    output: parseStored<Turn['output']>(output),
  })
}

export function outlineText(outline: TurnOutline): string {
  return `${outlineVersion} ${JSON.stringify(outline)}`
}

/** Undefined for none, or one of another version. */
export function readOutline(text: string): TurnOutline | undefined {
  const version = `${outlineVersion} `
  return text.startsWith(version) ? parseStored<TurnOutline>(text.slice(version.length)) : undefined
}

/** JSON that scripts can read: Lua's decoder refuses halves of surrogate pairs. */
export function readableJson(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'string' ? one.toWellFormed() : one,
  )
}
