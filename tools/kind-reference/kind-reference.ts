import { join } from 'node:path'
import { kinds } from '@fairlead/api'
import { format, resolveConfig } from 'prettier'
import { parseAllDocuments } from 'yaml'
import { filesMatching, readText, root } from '../source-tree.ts'
import { type DocumentedKind, kindPage } from './kind-page.ts'

/** Where the pages are, relative to the repository. */
export const kindReferenceFolder = 'docs/reference'

/** Our kinds, and the manifests of each, which are also applied by a test. */
export function documentedKinds(): readonly {
  readonly kind: DocumentedKind
  readonly manifests: readonly unknown[]
}[] {
  const manifests = filesMatching('packages/api/src/fixtures/*.yaml')
    .toSorted((a, b) => Number(isExtra(a)) - Number(isExtra(b)))
    .flatMap((path) => parseAllDocuments(readText(path)).map((document) => manifestOf(document)))
  return kinds.map((kind) => ({
    kind: { ...kind, shortNames: kind.crd.spec.names.shortNames },
    manifests: manifests.filter((manifest) => manifest.kind === kind.kind),
  }))
}

/** The reference of all kinds: pages, as the repository formats them, by their file names. */
export async function kindReference(): Promise<ReadonlyMap<string, string>> {
  const options = await resolveConfig(join(root, kindReferenceFolder, 'kind.md'))
  return new Map(
    await Promise.all(
      documentedKinds().map(async ({ kind, manifests }): Promise<[string, string]> => {
        const page = await format(kindPage(kind, manifests), { ...options, parser: 'markdown' })
        return [`${kind.kind.toLowerCase()}.md`, page]
      }),
    ),
  )
}

function manifestOf(document: { toJS: () => unknown }): { readonly kind: string } {
  return document.toJS() as { readonly kind: string }
}

/** Of several values of a field, that of the kind's own file is shown first. */
function isExtra(path: string): boolean {
  return /\/(?:alternatives|remaining-fields)\.yaml$/.test(path)
}
