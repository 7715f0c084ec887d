/** Problems of a port's number, as IsValidPortNum in Kubernetes' API machinery. */
export function checkPortNumber(port: number): readonly string[] {
  return port >= 1 && port <= 65_535 ? [] : ['must be between 1 and 65535, inclusive']
}

/** Problems of a port's name, as IsValidPortName in Kubernetes' API machinery. */
export function checkPortName(name: string): readonly string[] {
  const problems = []
  if (Buffer.byteLength(name) > 15) problems.push('must be no more than 15 characters')
  if (!/^[-a-z0-9]+$/.test(name)) {
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  }
  if (!/[a-z]/.test(name)) problems.push('must contain at least one letter (a-z)')
  if (name.includes('--')) problems.push('must not contain consecutive hyphens')
  if (name.startsWith('-') || name.endsWith('-')) {
    problems.push('must not begin or end with a hyphen')
  }
  return problems
}
