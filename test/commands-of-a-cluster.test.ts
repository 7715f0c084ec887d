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
    const manifest = `apiVersion: fairlead.dev/v1alpha1
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
