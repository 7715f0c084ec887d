import { humanAge } from './human-duration.ts'
import type { PrinterColumn } from '../definitions/printer-column.ts'

export const nameColumn: PrinterColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  priority: 0,
  cell: (object) => object.metadata.name ?? '',
}

export const ageColumn: PrinterColumn = {
  name: 'Age',
  type: 'string',
  description: 'How long ago the object was created.',
  priority: 0,
  cell: (object, nowMs) => humanAge(object.metadata.creationTimestamp, nowMs),
}

export const createdAtColumn: PrinterColumn = {
  name: 'Created At',
  type: 'date',
  description: 'When the object was created.',
  priority: 0,
  cell: (object) => object.metadata.creationTimestamp ?? '',
}

/** A column of text that only `-o wide` shows when `priority` is 1. */
export function textColumn(
  name: string,
  description: string,
  cell: PrinterColumn['cell'],
  priority = 0,
): PrinterColumn {
  return { name, type: 'string', description, priority, cell }
}
