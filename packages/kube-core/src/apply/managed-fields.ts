import { compareText } from '@fairlead/base'
import type { ManagedFieldsEntry } from '../object.ts'
import { FieldSet, FieldSetBuilder } from './field-set.ts'
import { decodeFieldSet, encodeFieldSet } from './fields-v1.ts'

/** One name is several managers: it may apply and update, the object and its subresources. */
export interface FieldManager {
  readonly name: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource: string
}

/** What one manager owns. */
export interface Ownership {
  readonly manager: FieldManager
  readonly fields: FieldSet
  readonly time: string | undefined
}

/** The ownerships of an object by manager identity. */
export type Managed = ReadonlyMap<string, Ownership>

/**
 * The identity of a manager. An applier keeps its identity when it applies another version;
 * updaters with different versions are different managers.
 */
export function managerId({ name, operation, apiVersion, subresource }: FieldManager): string {
  return JSON.stringify({
    ...(name === '' ? {} : { manager: name }),
    operation,
    ...(operation === 'Apply' ? {} : { apiVersion }),
    ...(subresource === '' ? {} : { subresource }),
  })
}

/** Decodes `metadata.managedFields`. Throws a `SyntaxError` when an entry is malformed. */
export function decodeManagedFields(entries: readonly ManagedFieldsEntry[] | undefined): Managed {
  const managed = new Map<string, Ownership>()
  for (const [index, entry] of (entries ?? []).entries()) {
    const ownership = decodeEntry(entry, index)
    managed.set(managerId(ownership.manager), ownership)
  }
  return managed
}

function decodeEntry(entry: ManagedFieldsEntry, index: number): Ownership {
  const { operation, apiVersion, fieldsType } = entry
  if (operation !== 'Apply' && operation !== 'Update') {
    throw new SyntaxError('operation must be `Apply` or `Update`')
  }
  if (!apiVersion) throw new SyntaxError('apiVersion must not be empty')
  if (!fieldsType) throw new SyntaxError(`missing fieldsType in managed fields entry ${index}`)
  if (fieldsType !== 'FieldsV1') {
    throw new SyntaxError(
      `invalid fieldsType ${JSON.stringify(fieldsType)} in managed fields entry ${index}`,
    )
  }
  return {
    manager: {
      name: entry.manager ?? '',
      operation,
      apiVersion,
      subresource: entry.subresource ?? '',
    },
    fields: decodeFieldSet(entry.fieldsV1 ?? {}),
    time: entry.time,
  }
}

/** Encodes `metadata.managedFields`: appliers first, then by time, name, version, subresource. */
export function encodeManagedFields(managed: Managed): ManagedFieldsEntry[] | undefined {
  if (managed.size === 0) return undefined
  return [...managed.values()].toSorted(compareOwnership).map(encodeEntry)
}

function encodeEntry({ manager, fields, time }: Ownership): ManagedFieldsEntry {
  return {
    ...(manager.name === '' ? {} : { manager: manager.name }),
    operation: manager.operation,
    apiVersion: manager.apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: encodeFieldSet(fields),
    ...(manager.subresource === '' ? {} : { subresource: manager.subresource }),
  }
}

/**
 * What is recorded as the time of a write. The real server takes what is written at the scale over
 * into the object with the time that the object has for its writer, which for a new one is none.
 */
export function timeOfWrite(
  { subresource }: FieldManager,
  before: Ownership | undefined,
  now: string,
): string | undefined {
  return subresource === 'scale' ? before?.time : now
}

function compareOwnership(a: Ownership, b: Ownership): number {
  return (
    compareText(a.manager.operation, b.manager.operation) ||
    secondsOf(a.time) - secondsOf(b.time) ||
    compareText(a.manager.name, b.manager.name) ||
    compareText(a.manager.apiVersion, b.manager.apiVersion) ||
    compareText(a.manager.subresource, b.manager.subresource)
  )
}

const updatersMax = 10
const bucketName = 'ancient-changes'

/**
 * Keeps at most 10 updaters: the oldest ones of a version are merged into one entry. Appliers are
 * not counted; they need their own entries.
 */
export function capUpdaters(managed: Managed): Managed {
  const updaters = [...managed]
    .filter(([, { manager }]) => manager.operation === 'Update')
    .toSorted(([idA, a], [idB, b]) => {
      return secondsOf(a.time) - secondsOf(b.time) || compareText(idA, idB)
    })
  const capped = new Map(managed)
  const firstOfVersion = new Map<string, string>()
  // Joined once at the end: joining set after set takes quadratic time.
  const gathered = new Map<string, FieldSetBuilder>()
  let count = updaters.length
  for (const [id, { manager, fields, time }] of updaters) {
    if (count <= updatersMax) break
    const { apiVersion } = manager
    const first = firstOfVersion.get(apiVersion)
    if (first === undefined) {
      firstOfVersion.set(apiVersion, id)
      continue
    }
    const bucket: FieldManager = {
      name: bucketName,
      operation: 'Update',
      apiVersion,
      subresource: '',
    }
    const bucketId = managerId(bucket)
    const older = (capped.get(bucketId) ?? capped.get(first))?.fields ?? FieldSet.empty
    const gathering = gathered.get(bucketId) ?? new FieldSetBuilder().insertAll(older)
    gathered.set(bucketId, gathering.insertAll(fields))
    if (!capped.has(bucketId)) capped.delete(first)
    capped.delete(id)
    capped.set(bucketId, { manager: bucket, fields: FieldSet.empty, time })
    count -= 1
  }
  for (const [id, gathering] of gathered) {
    const bucket = capped.get(id)
    if (bucket !== undefined) capped.set(id, { ...bucket, fields: gathering.build() })
  }
  return capped
}

function secondsOf(time: string | undefined): number {
  const ms = time === undefined ? 0 : Date.parse(time)
  return Number.isNaN(ms) ? 0 : Math.floor(ms / 1000)
}
