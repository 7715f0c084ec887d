import type { FieldError } from '../field-error.ts'
import type { ManagedFieldsEntry } from '../object.ts'
import { validateFieldManager } from './validate-field-manager.ts'

const subresourceBytesMax = 256

/** Validates `metadata.managedFields` sent by a client. */
export function validateManagedFields(entries: readonly ManagedFieldsEntry[]): FieldError[] {
  return entries.flatMap((entry, index) => validateEntry(entry, `metadata.managedFields[${index}]`))
}

function validateEntry(entry: ManagedFieldsEntry, field: string): FieldError[] {
  const found: FieldError[] = [...validateOperation(entry.operation, `${field}.operation`)]
  if (entry.fieldsType && entry.fieldsType !== 'FieldsV1') {
    const detail = 'must be `FieldsV1`'
    const badValue: unknown = entry.fieldsType
    found.push({ type: 'Invalid', field: `${field}.fieldsType`, badValue, detail })
  }
  found.push(...validateFieldManager(entry.manager ?? '', `${field}.manager`))
  if (Buffer.byteLength(entry.subresource ?? '') > subresourceBytesMax) {
    const detail = `may not be more than ${subresourceBytesMax} bytes`
    found.push({ type: 'TooLong', field: `${field}.subresource`, detail })
  }
  return found
}

function validateOperation(operation: string | undefined, field: string): FieldError[] {
  if (operation === 'Apply' || operation === 'Update') return []
  return [
    { type: 'Invalid', field, badValue: operation ?? '', detail: 'must be `Apply` or `Update`' },
  ]
}
