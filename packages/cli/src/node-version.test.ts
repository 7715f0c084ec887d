import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { nodeVersionProblem } from './node-version.ts'

describe('nodeVersionProblem', () => {
  it.each(['24.0.0', '26.10.0', '100.1.2'])('is content with %s', (version) => {
    expect(nodeVersionProblem(version, '/usr/bin/node')).toBeUndefined()
  })

  it.each(['20.19.1', '23.11.0', '4.0.0'])('names what is wrong with %s', (version) => {
    expect(nodeVersionProblem(version, '/usr/bin/node')).toBe(
      `Node.js 24 or newer is required, but /usr/bin/node is ${version}: ` +
        'install a newer one from https://nodejs.org',
    )
  })

  it('asks for what package.json asks for', () => {
    const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
    const { engines } = JSON.parse(manifest) as { engines: { node: string } }
    const major = engines.node.replace('>=', '')
    expect(nodeVersionProblem(`${major}.0.0`, 'node')).toBeUndefined()
    expect(nodeVersionProblem(`${Number(major) - 1}.99.0`, 'node')).toBeDefined()
  })
})
