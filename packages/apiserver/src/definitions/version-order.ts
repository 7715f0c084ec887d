const versionPattern = /^v(\d+)(?:(alpha|beta)(\d+))?$/
const stabilityRank = { alpha: 1, beta: 2, stable: 3 } as const

/**
 * Order of versions, most preferred first: stable before beta before alpha, higher numbers first,
 * then all other names, alphabetically.
 */
export function compareVersions(left: string, right: string): number {
  const a = rankOf(left)
  const b = rankOf(right)
  if (a === undefined || b === undefined) {
    if (a === undefined && b === undefined) return left < right ? -1 : left > right ? 1 : 0
    return a === undefined ? 1 : -1
  }
  return b[0] - a[0] || b[1] - a[1] || b[2] - a[2]
}

function rankOf(version: string): [stability: number, major: number, minor: number] | undefined {
  const match = versionPattern.exec(version)
  if (match === null) return undefined
  const stability = match[2] === 'alpha' || match[2] === 'beta' ? match[2] : 'stable'
  return [stabilityRank[stability], Number(match[1]), Number(match[3] ?? 0)]
}
