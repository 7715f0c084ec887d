import type { ServedGroup } from './discovery-documents.ts'

/** Paths below which no group stands. */
const fixedPaths = [
  '/.well-known/openid-configuration',
  '/api',
  '/apis',
  '/apis/',
  '/metrics',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/',
  '/openid/v1/jwks',
  '/version',
]

/** `/`: all paths that are not those of resources, in the order of their names. */
export function rootPaths(groups: readonly ServedGroup[], others: readonly string[]): object {
  const ofGroups = groups.flatMap(({ name, versions }) => {
    const root = name === '' ? '/api' : `/apis/${name}`
    return [root, ...versions.map((version) => `${root}/${version.name}`)]
  })
  return { paths: [...new Set([...fixedPaths, ...ofGroups, ...others])].toSorted() }
}
