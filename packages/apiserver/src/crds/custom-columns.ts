import type { PrinterColumn as DeclaredColumn } from '@fairlead/kube-core'

import { metadataDescription } from '../api-types/published-columns.ts'
import { humanAge } from '../definitions/human-duration.ts'
import type { PrinterColumn } from '../definitions/printer-column.ts'
import { compileJsonPath, type JsonPath } from '../printing/json-path.ts'

const ageColumn: DeclaredColumn = {
  name: 'Age',
  type: 'date',
  get description() {
    return metadataDescription('creationTimestamp')
  },
  jsonPath: '.metadata.creationTimestamp',
}

/**
 * The columns after the name: those that the definition declares, else the age. A path that cannot be
 * followed ends them, as in a real API server, which accepts it too.
 */
export function customColumns(declared: readonly DeclaredColumn[] | undefined): PrinterColumn[] {
  const columns: PrinterColumn[] = []
  for (const column of declared?.length ? declared : [ageColumn]) {
    const path = pathOf(column.jsonPath)
    if (path === undefined) break
    columns.push(customColumn(column, path))
  }
  return columns
}

function pathOf(jsonPath: string): JsonPath | undefined {
  try {
    return compileJsonPath(jsonPath)
  } catch {
    return undefined
  }
}

function customColumn(declared: DeclaredColumn, path: JsonPath): PrinterColumn {
  const { name, type, format, description, priority } = declared
  return {
    name,
    type,
    ...(format === undefined ? {} : { format }),
    description:
      description ?? `Custom resource definition column (in JSONPath format): ${declared.jsonPath}`,
    priority: priority ?? 0,
    cell(object, nowMs) {
      const values = path.evaluate(object)
      return values.length === 0 ? null : cellOf(type, values, nowMs)
    },
  }
}

/** A value whose type does not match the column's is not shown. */
function cellOf(type: DeclaredColumn['type'], values: readonly unknown[], nowMs: number): unknown {
  const [value] = values
  switch (type) {
    case 'string':
      return values.map(textOf).join(' ')
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null
    case 'number':
      return typeof value === 'number' ? value : null
    case 'boolean':
      return typeof value === 'boolean' ? value : null
    case 'date':
      return typeof value === 'string' ? humanAge(value, nowMs) : null
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
