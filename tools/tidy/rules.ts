import type { Rule } from './rule.ts'
import { alternativesApart } from './rules/alternatives.ts'
import { clocks } from './rules/clocks.ts'
import { dataPlane } from './rules/data-plane.ts'
import { dependencyReasons } from './rules/dependency-reasons.ts'
import { documentLinks } from './rules/document-links.ts'
import { fileNames } from './rules/file-names.ts'
import { folderImports } from './rules/folder-imports.ts'
import { manifests } from './rules/manifests.ts'
import { moduleState } from './rules/module-state.ts'
import { noSleep } from './rules/no-sleep.ts'
import { packageImports } from './rules/package-imports.ts'
import { purity } from './rules/purity.ts'
import { reachable } from './rules/reachable.ts'
import { readmeFolders } from './rules/readme-folders.ts'
import { unfinished } from './rules/unfinished.ts'
import { unusedExports } from './rules/unused-exports.ts'

/** All rules that are checked on the repository. */
export const rules: readonly Rule[] = [
  packageImports,
  folderImports,
  alternativesApart,
  dataPlane,
  purity,
  clocks,
  moduleState,
  noSleep,
  manifests,
  fileNames,
  reachable,
  unusedExports,
  unfinished,
  documentLinks,
  readmeFolders,
  dependencyReasons,
]
