import type { Snapshot } from '@fairlead/snapshot'

/** The fields of a snapshot that differ from the previous one. */
export type SnapshotDelta = Readonly<Record<string, FieldDelta>>

type FieldDelta =
  | { readonly value: unknown }
  | { readonly list: readonly Run[] }
  /** Of entries, key and value, in the order of the map. */
  | { readonly map: readonly Run[] }

/** Some neighbours of the previous list as they were, or new ones. */
type Run =
  { readonly from: number; readonly count: number } | { readonly added: readonly unknown[] }

/**
 * How to make `next` from `previous`. What is the same object in both is named by its place, so
 * that the delta is as large as the change.
 */
export function snapshotDelta(previous: Snapshot | undefined, next: Snapshot): SnapshotDelta {
  const before: Readonly<Record<string, unknown>> = { ...previous }
  const delta: Record<string, FieldDelta> = {}
  for (const [field, value] of Object.entries(next)) {
    const old = before[field]
    if (old === value && field in before) continue
    if (value instanceof Map) {
      delta[field] = { map: mapRuns(old instanceof Map ? old : new Map(), value) }
    } else if (Array.isArray(value)) {
      delta[field] = { list: listRuns(Array.isArray(old) ? old : [], value) }
    } else {
      delta[field] = { value }
    }
  }
  return delta
}

/**
 * The snapshot that a delta leads to, frozen. What the delta does not name is the same object as in
 * the previous snapshot.
 */
export function applySnapshotDelta(previous: Snapshot | undefined, delta: SnapshotDelta): Snapshot {
  const next: Record<string, unknown> = { ...previous }
  for (const [field, change] of Object.entries(delta)) {
    const old = next[field]
    if ('value' in change) {
      next[field] = freeze(change.value)
    } else if ('list' in change) {
      const list = replay(Array.isArray(old) ? (old as unknown[]) : [], change.list)
      next[field] = Object.freeze(list)
    } else {
      const entries = replay(old instanceof Map ? [...old] : [], change.map)
      next[field] = new Map(entries as [unknown, unknown][])
    }
  }
  return Object.freeze(next) as unknown as Snapshot
}

function listRuns(previous: readonly unknown[], next: readonly unknown[]): readonly Run[] {
  const places = new Map(previous.map((value, index) => [value, index]))
  return runs(next, (value) => places.get(value))
}

function mapRuns(
  previous: ReadonlyMap<unknown, unknown>,
  next: ReadonlyMap<unknown, unknown>,
): readonly Run[] {
  const places = new Map([...previous.keys()].map((key, index) => [key, index]))
  return runs([...next], ([key, value]) =>
    previous.get(key) === value ? places.get(key) : undefined,
  )
}

function runs<T>(next: readonly T[], placeOf: (value: T) => number | undefined): readonly Run[] {
  const found: ({ from: number; count: number } | { added: T[] })[] = []
  for (const value of next) {
    const place = placeOf(value)
    const last = found.at(-1)
    if (place === undefined) {
      if (last !== undefined && 'added' in last) last.added.push(value)
      else found.push({ added: [value] })
    } else if (last !== undefined && 'from' in last && last.from + last.count === place) {
      last.count += 1
    } else {
      found.push({ from: place, count: 1 })
    }
  }
  return found
}

function replay(previous: readonly unknown[], list: readonly Run[]): unknown[] {
  return list.flatMap((run) =>
    'added' in run ? freeze(run.added) : previous.slice(run.from, run.from + run.count),
  )
}

/** Freezes what a message brought: nobody else has it. */
function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  const inner: Iterable<unknown> = value instanceof Map ? value.values() : Object.values(value)
  for (const one of inner) freeze(one)
  return Object.freeze(value)
}
