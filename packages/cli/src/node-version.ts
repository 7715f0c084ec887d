/** The oldest supported Node.js; must match `engines` in package.json. */
const oldestMajor = 24

/** Why this Node.js cannot run Fairlead, in one line; undefined when it can. */
export function nodeVersionProblem(version: string, executable: string): string | undefined {
  if (Number.parseInt(version, 10) >= oldestMajor) return undefined
  return (
    `Node.js ${oldestMajor} or newer is required, but ${executable} is ${version}: ` +
    'install a newer one from https://nodejs.org'
  )
}
