import { append } from '@fairlead/base'
import { goQuote } from '@fairlead/kube-core'

import type { Place } from '../place.ts'
import { claimWarnings } from '../claim-warnings.ts'
import { deprecatedVolumes, deprecatedVolumeWarning } from '../deprecated-volumes.ts'

/** Paths that one is compared with. */
const comparedMax = 100
/** As many as a reader can use; the rest is left out. */
const overlapsMax = 100

/** Of a pod's volumes: as in warningsForPodSpecAndMeta of Kubernetes' `pkg/api/pod`. */
export function volumeWarnings(spec: Place): string[] {
  const volumes = spec.each('volumes')
  return [
    ...volumes.flatMap((volume) => [
      ...deprecatedVolumes.flatMap((field) => deprecatedVolumeWarning(volume, field)),
      ...claimWarnings(volume.within('ephemeral').within('volumeClaimTemplate').within('spec')),
    ]),
    ...volumes.flatMap(overlapWarnings),
  ]
}

interface MappedPath {
  readonly path: string
  readonly source: string
}

/** As warningsForOverlappingVirtualPaths in Kubernetes' `pkg/api/pod`. */
function overlapWarnings(volume: Place): string[] {
  const shown = goQuote(volume.text('name'))
  const warn = (what: string, paths: readonly MappedPath[]): string[] =>
    overlaps(paths).map((overlap) => `volume ${shown} (${what}): overlapping paths: ${overlap}`)
  const configMap = volume.within('configMap')
  const secret = volume.within('secret')
  const sources = volume.within('projected').each('sources')
  return [
    ...warn(`ConfigMap ${goQuote(configMap.text('name'))}`, pathsOf(configMap, '')),
    ...warn(`Secret ${goQuote(secret.text('secretName'))}`, pathsOf(secret, '')),
    ...warn('DownwardAPI', pathsOf(volume.within('downwardAPI'), '')),
    ...sources
      .filter((source) => Object.keys(source.fields).length === 0)
      .map(() => `volume ${shown} (Projected) has no sources provided`),
    ...warn('Projected', sources.flatMap(pathsOfProjection)),
  ]
}

function pathsOf(source: Place, name: string): MappedPath[] {
  return source.each('items').map((item) => ({ path: item.text('path'), source: name }))
}

function pathsOfProjection(projection: Place): MappedPath[] {
  const configMap = projection.within('configMap')
  const secret = projection.within('secret')
  const token = projection.at('serviceAccountToken')
  return [
    ...pathsOf(configMap, `ConfigMap ${goQuote(configMap.text('name'))}`),
    ...pathsOf(secret, `Secret ${goQuote(secret.text('name'))}`),
    ...pathsOf(projection.within('downwardAPI'), 'DownwardAPI'),
    ...(token === undefined ? [] : [{ path: token.text('path'), source: 'ServiceAccountToken' }]),
  ]
}

function overlaps(paths: readonly MappedPath[]): string[] {
  const before: MappedPath[] = []
  const found: string[] = []
  for (const { path: given, source } of paths) {
    const each = { path: trimSlashes(given), source }
    const others = before.filter((other) => isWithin(each.path, other.path))
    append(
      found,
      others.map((other) => `${show(each)} with ${show(other)}`),
    )
    if (found.length >= overlapsMax) return found.slice(0, overlapsMax)
    if (before.length < comparedMax) before.push(each)
  }
  return found
}

function isWithin(a: string, b: string): boolean {
  if (a === '' || b === '') return false
  return `${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`)
}

function show({ path, source }: MappedPath): string {
  return source === '' ? goQuote(path) : `${goQuote(path)} (${source})`
}

function trimSlashes(path: string): string {
  let end = path.length
  while (path[end - 1] === '/') end -= 1
  return path.slice(0, end)
}
