import { expect, it } from 'vitest'

import { publishedColumns } from '../api-types/published-columns.ts'
import { builtInKinds } from './built-in-kinds.ts'

/** Shown by the API aggregator, whose printers are its own; and components, of which there are none. */
const apart = new Set(['APIService', 'ComponentStatus'])

it('shows built-in kinds in the columns of kubectl get', () => {
  const differences = builtInKinds()
    .filter(({ kind, verbs }) => verbs.includes('list') && !apart.has(kind))
    .map(({ kind, columns }) => ({
      kind,
      ours: columns.map(({ name }) => name),
      theirs: publishedColumns(kind).map(({ name }) => name),
    }))
    .filter(({ ours, theirs }) => ours.join() !== theirs.join())
  expect(differences).toEqual([])
})

it('has what Kubernetes says of them', () => {
  expect(publishedColumns('ConfigMap')[1]).toEqual({
    name: 'Data',
    type: 'string',
    format: '',
    description: expect.stringMatching(/^Data contains the configuration data/) as string,
    priority: 0,
  })
})
