import { bareName, isFineTuned, modelNames, undated } from './model-names.ts'
import { type CatalogueModel, readRow } from './model-row.ts'
import { modelTable } from './model-table.ts'

type ModelsByName = ReadonlyMap<string, CatalogueModel>

/** Each vendor's lines are read when the first of its models is looked up. */
const tables = new Map<string, ModelsByName>()

/** The models under the names that their makers give them, without prices. */
const makers = 'makers'

/**
 * What is known of a vendor's model; undefined if nothing is. The name may have a path before it, a
 * region, a date or a version that the catalogue does not have. Of a model that the vendor's own
 * list lacks, what its maker says is given, without a price, because vendors differ in that. Takes
 * time in the length of the name.
 */
export function findModel(vendor: string, model: string): CatalogueModel | undefined {
  const names = modelNames(model)
  const own = named(tableOf(vendor), names)
  if (own !== undefined && !isFineTuned(model)) return own
  const found = own ?? named(tableOf(makers), names)
  if (found === undefined) return undefined
  const { price: _, ...facts } = found
  return facts
}

function named(models: ModelsByName, names: readonly string[]): CatalogueModel | undefined {
  for (const name of names) {
    const found = models.get(name)
    if (found !== undefined) return found
  }
  return undefined
}

function tableOf(vendor: string): ModelsByName {
  const known = tables.get(vendor)
  if (known !== undefined) return known
  const text = Object.hasOwn(modelTable, vendor) ? (modelTable[vendor] ?? '') : ''
  const table = indexed(text.split('\n').filter((line) => line !== ''))
  tables.set(vendor, table)
  return table
}

/** By name, then by shorter forms where no model has them as its name; of snapshots the latest. */
function indexed(lines: readonly string[]): ModelsByName {
  const rows = lines.map(readRow)
  const models = new Map(rows)
  for (const [name, model] of rows.toReversed()) {
    const bare = bareName(name)
    for (const short of [bare, undated(bare)]) if (!models.has(short)) models.set(short, model)
  }
  return models
}
