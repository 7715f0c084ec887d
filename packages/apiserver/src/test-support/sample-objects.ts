import { readFileSync } from 'node:fs'

import { builtInResources, type BuiltInResource } from '../api-types/built-in-resource.ts'

/** An object that is valid, with most fields of its kind. */
interface SampleObject {
  readonly resource: BuiltInResource
  readonly object: Record<string, unknown>
  readonly name: string
}

/** One or more of every built-in kind that is stored. */
export function sampleObjects(): readonly SampleObject[] {
  const lines = readFileSync(new URL('sample-objects.jsonl', import.meta.url), 'utf8')
  return lines.trimEnd().split('\n').map(sampleOf)
}

function sampleOf(line: string): SampleObject {
  const object = JSON.parse(line) as { apiVersion: string; kind: string; metadata: object }
  const resource = builtInResources().find(
    ({ group, version, kind }) =>
      (group === '' ? version : `${group}/${version}`) === object.apiVersion &&
      kind === object.kind,
  )
  if (resource === undefined) throw new Error(`there is no ${object.kind} of ${object.apiVersion}`)
  return { resource, object: { ...object }, name: (object.metadata as { name: string }).name }
}
