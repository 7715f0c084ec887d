import { isJsonObject, parseJsonOrUndefined } from '@fairlead/base'

/** What a model wants to be noted, as far as it has the form that was asked for. */
export interface Extraction {
  readonly add: readonly string[]
  readonly change: ReadonlyMap<string, string>
  readonly remove: readonly string[]
  /** How many entries had another form, or were too many. */
  readonly dropped: number
}

/** As many changes are made after one turn. */
const changesMax = 16

/** Reads a model's answer; undefined for one that is no JSON object, or has other fields. */
export function readExtraction(answer: string): Extraction | undefined {
  const fenced = /^```(?:json)?[^\S\n]*\n([\s\S]*)```$/.exec(answer.trim())
  const value = parseJsonOrUndefined(fenced?.[1] ?? answer)
  if (!isJsonObject(value)) return undefined
  const { add = [], change = [], remove = [], ...others } = value
  if (Object.keys(others).length > 0) return undefined
  if (!Array.isArray(add) || !Array.isArray(change) || !Array.isArray(remove)) return undefined
  const given = add.length + change.length + remove.length
  let left = changesMax
  const taken = <T>(values: readonly unknown[], read: (entry: unknown) => T | undefined): T[] => {
    const entries = values.slice(0, left).flatMap((entry) => read(entry) ?? [])
    left -= entries.length
    return entries
  }
  // What does not hold any more goes first: it makes room.
  const removals = taken(remove, (entry) => (typeof entry === 'string' ? entry : undefined))
  const changes = taken(change, (entry) => {
    const { id, text } = fieldsOf(entry, ['id', 'text'])
    return typeof id === 'string' && typeof text === 'string' ? { id, text } : undefined
  })
  const additions = taken(add, (entry) => {
    const { text } = fieldsOf(entry, ['text'])
    return typeof text === 'string' ? text : undefined
  })
  return {
    add: additions,
    change: new Map(changes.map(({ id, text }) => [id, text])),
    remove: removals,
    dropped: given - removals.length - changes.length - additions.length,
  }
}

/** The fields of an object that has these and no others; nothing for anything else. */
function fieldsOf(entry: unknown, names: readonly string[]): Readonly<Record<string, unknown>> {
  if (!isJsonObject(entry) || Object.keys(entry).some((name) => !names.includes(name))) return {}
  return entry
}
