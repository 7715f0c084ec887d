/** The oldest Node.js that has everything that is used; `engines` in package.json says the same. */
const oldestMajor = 24

/** Why this Node.js cannot run Fairlead, in one line; undefined when it can. */
export function nodeVersionProblem(version: string, executable: string): string | undefined {
  if (Number.parseInt(version, 10) >= oldestMajor) return undefined
  return (
    `Node.js ${oldestMajor} or newer is needed, and ${executable} is ${version}: ` +
    'install a newer one from https://nodejs.org'
  )
}
