import { modelTable } from './model-table.ts'
import { readRow } from './model-row.ts'

/** The names of a vendor's models in the catalogue; empty if it has none of this vendor. */
export function listedModels(vendor: string): readonly string[] {
  const text = Object.hasOwn(modelTable, vendor) ? (modelTable[vendor] ?? '') : ''
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => readRow(line)[0])
}
