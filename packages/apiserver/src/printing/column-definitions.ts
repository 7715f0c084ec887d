import { publishedColumns, type PublishedColumn } from '../api-types/published-columns.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'

/** The columns of a kind as a Table declares them; of built-in kinds in Kubernetes' own words. */
export function columnDefinitionsOf({
  kind,
  origin,
  columns,
}: ResourceDefinition): PublishedColumn[] {
  const published = origin === 'built-in' ? publishedColumns(kind) : []
  return columns.map(
    ({ name, type, format = '', description, priority }) =>
      published.find((each) => each.name === name) ?? {
        name,
        type,
        format,
        description,
        priority,
      },
  )
}
