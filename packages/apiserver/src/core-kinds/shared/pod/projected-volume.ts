import type { Place } from '../place.ts'
import { validateNonReservedPath } from '../relative-path.ts'
import { validateDownwardApiFile, validateFileMode, validateKeyToPath } from './volume-files.ts'

const tokenLifetimeSecondsMin = 10 * 60
const tokenLifetimeSecondsMax = 2 ** 32

/**
 * As validateProjectedVolumeSource in Kubernetes' core validation. Trust bundles are not checked:
 * they are dropped before, because their feature is off.
 */
export function validateProjectedVolume(volume: Place): void {
  validateFileMode(volume, 'defaultMode')
  const paths = new Set<string>()
  const claim = (path: string, shown: string): void => {
    if (path === '') return
    if (paths.has(path)) volume.invalid('', 'conflicting duplicate paths', shown)
    paths.add(path)
  }
  for (const source of volume.each('sources')) {
    let count = 0
    for (const name of ['secret', 'configMap']) {
      const keys = source.at(name)
      if (keys === undefined) continue
      count += 1
      keys.requireText('name')
      for (const item of keys.each('items')) {
        validateKeyToPath(item)
        claim(item.text('path'), keys.text('name'))
      }
    }
    const downwardApi = source.at('downwardAPI')
    if (downwardApi !== undefined) {
      count += 1
      for (const item of downwardApi.each('items')) {
        validateDownwardApiFile(downwardApi, item)
        claim(item.text('path'), item.text('path'))
      }
    }
    const token = source.at('serviceAccountToken')
    if (token !== undefined) {
      count += 1
      validateToken(volume, token)
    }
    if (count > 1) source.forbidden('', 'may not specify more than 1 volume type per source')
  }
}

function validateToken(volume: Place, token: Place): void {
  const lifetime = token.number('expirationSeconds')
  if (lifetime < tokenLifetimeSecondsMin) {
    token.invalid('expirationSeconds', 'may not specify a duration less than 10 minutes', lifetime)
  }
  if (lifetime > tokenLifetimeSecondsMax) {
    token.invalid('expirationSeconds', 'may not specify a duration larger than 2^32 seconds')
  }
  if (token.text('path') === '') volume.required('path')
  else validateNonReservedPath(volume, 'path', token.text('path'))
}
