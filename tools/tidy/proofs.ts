import type { Proof } from './proof.ts'
import { alternativesProof } from './fixtures/alternatives.ts'
import { clocksProof } from './fixtures/clocks.ts'
import { dataPlaneProof } from './fixtures/data-plane.ts'
import { dependencyReasonsProof } from './fixtures/dependency-reasons.ts'
import { documentLinksProof } from './fixtures/document-links.ts'
import { fileNamesProof } from './fixtures/file-names.ts'
import { folderImportsProof } from './fixtures/folder-imports.ts'
import { manifestsProof } from './fixtures/manifests.ts'
import { moduleStateProof } from './fixtures/module-state.ts'
import { noSleepProof } from './fixtures/no-sleep.ts'
import { packageImportsProof } from './fixtures/package-imports.ts'
import { purityProof } from './fixtures/purity.ts'
import { reachableProof } from './fixtures/reachable.ts'
import { readmeFoldersProof } from './fixtures/readme-folders.ts'
import { unfinishedProof } from './fixtures/unfinished.ts'
import { unusedExportsProof } from './fixtures/unused-exports.ts'

/** The proof of each rule, by name. */
export const proofs: Readonly<Record<string, Proof>> = {
  alternatives: alternativesProof,
  clocks: clocksProof,
  'data-plane': dataPlaneProof,
  'dependency-reasons': dependencyReasonsProof,
  'document-links': documentLinksProof,
  'file-names': fileNamesProof,
  'folder-imports': folderImportsProof,
  manifests: manifestsProof,
  'module-state': moduleStateProof,
  'no-sleep': noSleepProof,
  'package-imports': packageImportsProof,
  purity: purityProof,
  reachable: reachableProof,
  'readme-folders': readmeFoldersProof,
  unfinished: unfinishedProof,
  'unused-exports': unusedExportsProof,
}
