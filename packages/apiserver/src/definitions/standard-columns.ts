import { metadataDescription } from '../api-types/published-columns.ts'
import type { PrinterColumn } from '../definitions/printer-column.ts'
import { humanAge } from './human-duration.ts'

export const nameColumn: PrinterColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  get description() {
    return metadataDescription('name')
  },
  priority: 0,
  cell: (object) => object.metadata.name ?? '',
}

export const ageColumn: PrinterColumn = {
  name: 'Age',
  type: 'string',
  get description() {
    return metadataDescription('creationTimestamp')
  },
  priority: 0,
  cell: (object, nowMs) => humanAge(object.metadata.creationTimestamp, nowMs),
}

export const createdAtColumn: PrinterColumn = {
  name: 'Created At',
  type: 'date',
  get description() {
    return metadataDescription('creationTimestamp')
  },
  priority: 0,
  cell: (object) => object.metadata.creationTimestamp ?? '',
}

/** A string column; with `priority` 1 it is shown only by `-o wide`. */
export function textColumn(
  name: string,
  description: string,
  cell: PrinterColumn['cell'],
  priority = 0,
): PrinterColumn {
  return { name, type: 'string', description, priority, cell }
}
