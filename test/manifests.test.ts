import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesMatching, root } from '../tools/source-tree.ts'
import { startFairlead, type FairleadProcess } from './support/fairlead-process.ts'

let fairlead: FairleadProcess
beforeAll(async () => {
  fairlead = await startFairlead({ flags: ['--no-quickstart'] })
}, 90_000)
afterAll(() => fairlead[Symbol.asyncDispose]())

/** What is taken as it is, and what of it acts is said; of unknown fields nothing is kept. */
const withoutEffect =
  /^Warning: (?:(?:not implemented yet|it has no effect, because it is invalid): |.* no rule of a RoutingPolicy and no default provider is for model )/

const documented = filesMatching('packages/api/src/fixtures/*.yaml')

describe('the documented manifests', () => {
  it('are there', () => {
    expect(documented.length).toBeGreaterThanOrEqual(8)
  })

  it.each(documented)('%s is accepted as written, and as a whole', async (path) => {
    const { kubectl } = fairlead
    const { code, stderr } = await kubectl.run(['apply', '-f', `${root}${path}`])
    expect(code).toBe(0)
    const others = stderr.split('\n').filter((line) => !withoutEffect.test(line) && line !== '')
    expect(others).toEqual([])
    if (!/(?:alternatives|remaining-fields|knowledge-base|context-strategy)\.yaml$/.test(path))
      expect(stderr).toBe('')
    const again = await kubectl.run([
      'apply',
      '--server-side',
      '--force-conflicts',
      '-f',
      `${root}${path}`,
    ])
    expect(again.code).toBe(0)
  })

  it('are applied a second time without a change', async () => {
    for (const path of documented) {
      expect(await fairlead.kubectl('diff', '-f', `${root}${path}`)).toBe('')
    }
  })
})

describe('kubectl', () => {
  it('lists the kinds with short names and category', async () => {
    const listed = await fairlead.kubectl('api-resources', '--api-group=fairlead.dev')
    for (const shortName of [
      'llmgw',
      'llmp',
      'llmroute',
      'llmprompt',
      'llmpersona',
      'llmctx',
      'llmstore',
      'llmc',
      'llmusage',
      'llmprice',
      'llmaccess',
    ]) {
      expect(listed).toMatch(new RegExp(`\\b${shortName}\\b`))
    }
    expect(await fairlead.kubectl('get', 'fairlead')).toContain('llmgateway.fairlead.dev/default')
  })

  it('explains every field', async () => {
    for (const kind of ['llmgateway', 'llmprovider', 'routingpolicy', 'prompttemplate']) {
      const text = await fairlead.kubectl('explain', `${kind}.spec`, '--recursive')
      expect(text).toContain('FIELDS:')
      expect(text).not.toContain('<no description>')
    }
    expect(await fairlead.kubectl('explain', 'llmp.spec.credentials.weight')).toMatch(
      /DESCRIPTION:\s+\S/,
    )
  })

  it('describes a resource with its conditions', async () => {
    const text = await fairlead.kubectl('describe', 'llmroute/default')
    expect(text).toContain('RefNotFound')
  })

  it('shows what is accepted but not acted on yet', async () => {
    const template = 'prompttemplate/classify'
    await fairlead.kubectl('wait', '--for=condition=Accepted', '--timeout=10s', template)
    const text = await fairlead.kubectl('get', template, '-o', 'yaml')
    expect(text).toContain('PartiallySupported')
    expect(text).toContain('settings.topP')
  })
})
