import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silentLogger } from '@fairlead/base'
import { expect, it } from 'vitest'
import { capabilities } from '../capabilities.ts'
import { ManifestConfigSource } from './manifest-config-source.ts'

const examples = fileURLToPath(new URL('../../../../examples', import.meta.url))
const gateway = { namespace: 'default', name: 'default' }

/** What is wrong with these examples together, beside Secrets, which nobody keeps in examples. */
function problemsOf(...names: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-examples-'))
  try {
    for (const name of names) {
      mkdirSync(join(folder, name))
      cpSync(join(examples, name), join(folder, name), { recursive: true })
    }
    const key = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'quickstart-key' } }
    const secret = { ...key, stringData: { 'api-key': 'flk_x' } }
    writeFileSync(join(folder, 'key.json'), JSON.stringify(secret))
    const source = new ManifestConfigSource({ folder, gateway, capabilities, logger: silentLogger })
    source.load()
    return source.problems().filter((problem) => !problem.includes('there is no Secret'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

it('the quickstart starts without a warning', () => {
  expect(problemsOf('quickstart')).toEqual([])
})

it.each([
  'chat-application',
  'conversations',
  'openai-with-fallback',
  'policies',
  'routing',
  'team-routing',
])('so does example %s beside it', (name) => {
  expect(problemsOf('quickstart', name)).toEqual([])
})
