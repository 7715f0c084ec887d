import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { goModule } from './go-module.ts'

/** Where the gates of kube-apiserver are declared. */
const sources: readonly (readonly [module: string, path: string])[] = [
  ['k8s.io/kubernetes', 'pkg/features/versioned_kube_features.go'],
  ['k8s.io/apiserver', 'pkg/features/kube_features.go'],
  ['k8s.io/apiextensions-apiserver', 'pkg/features/kube_features.go'],
  ['k8s.io/component-base', 'logs/api/v1/kube_features.go'],
  ['k8s.io/component-base', 'metrics/features/kube_features.go'],
  ['k8s.io/component-base', 'zpages/features/kube_features.go'],
  ['k8s.io/client-go', 'features/known_features.go'],
]

/** By name: whether it is on, its stage, and whether that cannot be changed. */
type GateRow = readonly [isOn: boolean, stage: string, isLocked: boolean]

/** The feature gates of a version of Kubernetes, as `api-types/feature-gates.ts` reads them. */
export function featureGateTable(version: string): Record<string, GateRow> {
  const minor = Number(version.split('.')[1])
  const rows = sources.flatMap(([module, path]) => {
    const released = module === 'k8s.io/kubernetes' ? version.replace('v0', 'v1') : version
    const text = readFileSync(join(goModule(module, released), path), 'utf8')
    // A gate has one specification on its own line, or one for each version on lines of their own.
    return [...text.matchAll(/^(\t+)(?:\w+\.)?(\w+):\s*\{(.+\}|\n[\s\S]*?^\1\}),?.*$/gm)].flatMap(
      ([, , name = '', block = '']) => {
        const row = rowOf(block, minor)
        return row === undefined ? [] : [[name, row] as const]
      },
    )
  })
  return Object.fromEntries(rows.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** The last of the specifications that are not of a later version. */
function rowOf(block: string, minor: number): GateRow | undefined {
  const specifications = block.split('\n').filter((line) => /\bDefault:/.test(line))
  const found = specifications.findLast((line) => {
    const since = /MustParse\("1\.(\d+)"\)/.exec(line)?.[1]
    return since === undefined || Number(since) <= minor
  })
  if (found === undefined) return undefined
  return [
    /\bDefault:\s*true/.test(found),
    /PreRelease:\s*(?:\w+\.)?(\w+)/.exec(found)?.[1] ?? '',
    /LockToDefault:\s*true/.test(found),
  ]
}
