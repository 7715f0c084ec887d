import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCommand } from './support/command.ts'
import { type FairleadProcess, startFairlead } from './support/fairlead-process.ts'

let fairlead: FairleadProcess
beforeAll(async () => {
  fairlead = await startFairlead()
}, 60_000)
afterAll(() => fairlead[Symbol.asyncDispose]())

const folder = () => fairlead.endpoints.kubeconfig.replace(/\/kubeconfig$/, '')

/** Runs a command against the running Fairlead. */
async function run(...args: readonly string[]) {
  await using command = startCommand([...args, '--data-dir', folder()])
  const code = await command.ended
  return { code, printed: command.printed(), log: command.log() }
}

describe('fairlead status', () => {
  it('says what runs, and what does not hold', async () => {
    const manifest = `apiVersion: fairlead.dev/v1beta1
kind: LLMProvider
metadata: { name: keyless }
spec: { type: OpenAI, credentials: [{ name: main, secretRef: { name: absent, key: api-key } }] }
`
    expect(await fairlead.kubectl.run(['apply', '-f', '-'], manifest)).toMatchObject({ code: 0 })
    await expect
      .poll(async () => (await run('status')).printed, { timeout: 30_000, interval: 500 })
      .toMatch(/^default\/keyless +not ready +OpenAI$/m)
    const { code, printed } = await run('status')
    expect(code).toBe(0)
    expect(printed).toContain(`gateway     ${fairlead.endpoints.gateway}`)
    expect(printed).toMatch(/^default\/default +ready +1 +- /m)
    expect(printed).toMatch(/^default\/simulator +ready +Simulator$/m)
    expect(printed).toMatch(/^LLMProvider default\/keyless: \w+ is False .*absent/m)
    const json = JSON.parse((await run('status', '-o', 'json')).printed) as {
      readonly providers: readonly { readonly name: string }[]
    }
    expect(json.providers.map(({ name }) => name)).toContain('default/keyless')
  }, 90_000)
})

describe('fairlead doctor', () => {
  const flags = ['--api-port', '0', '--gateway-port', '0', '--admin-port', '0']

  it('finds a Fairlead that runs well, and a Secret that is not there', async () => {
    await fairlead.kubectl.run(['delete', 'llmprovider', 'keyless', '--ignore-not-found'])
    const well = await run('doctor', ...flags)
    expect(well).toMatchObject({ code: 0, log: '' })
    expect(well.printed).toMatch(/^ok +API server +https:\S+ is v1\./m)
    expect(well.printed).toMatch(/^ok +kinds +all \d+ are installed/m)
    expect(well.printed).toMatch(/^ok +permissions +this user may run the operator$/m)
    expect(well.printed).toMatch(/^ok +Secrets +all \d+ are there$/m)

    const secret = ['secret', 'quickstart-key']
    const kept = await fairlead.kubectl.run(['get', ...secret, '-o', 'yaml'])
    await fairlead.kubectl.run(['delete', ...secret])
    const ill = await run('doctor', '-o', 'json', ...flags)
    await fairlead.kubectl.run(['create', '-f', '-'], kept.stdout)
    expect(ill).toMatchObject({ code: 1, log: expect.stringContaining('1 problem') as string })
    const { checks, ok } = JSON.parse(ill.printed) as {
      readonly ok: boolean
      readonly checks: readonly { readonly state: string; readonly message: string }[]
    }
    expect(ok).toBe(false)
    expect(checks.filter(({ state }) => state === 'problem')).toMatchObject([
      { message: 'default/quickstart-key does not exist, and resources name it' },
    ])
  }, 60_000)
})

describe('fairlead diff', () => {
  it('finds nothing in what has been applied, and names each field that would change', async () => {
    const manifests = join(import.meta.dirname, '../examples/quickstart')
    const same = await run('diff', manifests)
    expect(same).toMatchObject({ code: 0, log: '' })
    expect(same.printed).toMatch(/^\d+ objects: no difference$/m)

    const set = ['annotate', 'llmprovider', 'simulator', 'team=a', '--overwrite']
    await fairlead.kubectl.run(set)
    const scaled = ['patch', 'routingpolicy', 'default', '--type=json', '-p']
    const path = '/spec/rules/0/retry/attempts'
    await fairlead.kubectl.run([...scaled, JSON.stringify([{ op: 'replace', path, value: 4 }])])
    const other = await run('diff', manifests)
    expect(other.code).toBe(1)
    expect(other.printed).toBe(
      'RoutingPolicy default/default (03-route.yaml) would change\n  spec.rules[0].retry.attempts: 4 -> 2\n',
    )
    expect(other.log).toContain('1 of 8 objects would change')
  }, 60_000)
})
