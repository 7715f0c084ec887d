import { lazily, readTable } from './read-data.ts'

/** What a Table says of a column of `kubectl get`. */
export interface PublishedColumn {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  /** 0 is always shown, higher priorities only with `-o wide`. */
  readonly priority: number
}

type Row = readonly [name: string, type: string, format: string, priority: number, text: number]

interface Table {
  readonly texts: readonly string[]
  readonly kinds: Readonly<Record<string, readonly Row[]>>
}

const table = lazily(() => {
  const { texts, kinds } = readTable('columns.json') as Table
  return new Map(
    Object.entries(kinds).map(([kind, rows]) => [
      kind,
      rows.map(([name, type, format, priority, text]) => {
        return { name, type, format, description: texts[text] ?? '', priority }
      }),
    ]),
  )
})

/**
 * The columns in which Kubernetes 1.32 shows a built-in kind, read from the table when first asked
 * for; for kinds that have none of their own, name and time of creation.
 */
export function publishedColumns(kind: string): readonly PublishedColumn[] {
  return table().get(kind) ?? table().get('') ?? []
}

/** What Kubernetes says of the name or the time of creation of any object. */
export function metadataDescription(field: 'name' | 'creationTimestamp'): string {
  const [name, creationTimestamp] = publishedColumns('')
  return (field === 'name' ? name : creationTimestamp)?.description ?? ''
}
