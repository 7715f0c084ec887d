import { readText } from '../source-tree.ts'
import { referencePages } from './reference-pages.ts'

/** Where the pages are, relative to the repository. */
export const referenceFolder = 'docs/controller-runtime/reference'

/** The reference of controller-runtime as its sources are now: pages by their file names. */
export function operatorReference(): Map<string, string> {
  const sources = 'packages/controller-runtime/src'
  return referencePages('@fairlead/controller-runtime', readText(`${sources}/index.ts`), (file) =>
    readText(`${sources}/${file}`),
  )
}
