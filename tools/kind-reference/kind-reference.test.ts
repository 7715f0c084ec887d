import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesMatching, readText } from '../source-tree.ts'
import { fieldsWithoutExample } from './field-examples.ts'
import { objectsOf } from './kind-page.ts'
import { documentedKinds, kindReference, kindReferenceFolder } from './kind-reference.ts'

describe('the reference of kinds', () => {
  it('is what the kinds say: npm run generate:kinds', async () => {
    const written = filesMatching(`${kindReferenceFolder}/*.md`).map((path): [string, string] => [
      basename(path),
      readText(path),
    ])
    expect(new Map(written)).toEqual(await kindReference())
  })

  it('shows each field in YAML that is applied by a test', () => {
    const missing = documentedKinds().flatMap(({ kind, manifests }) =>
      objectsOf('spec', kind.schema.properties ?? {}).flatMap((object) =>
        fieldsWithoutExample(object, manifests).map(
          (name) => `${kind.kind} ${object.path}.${name}`,
        ),
      ),
    )
    expect(missing).toEqual([])
  })
})
