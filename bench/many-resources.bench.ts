import { Consumer, PromptTemplate } from '@fairlead/api'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startFairlead, type BenchedFairlead } from './fairlead.ts'
import { median, quantile } from './statistics.ts'

const changes = 200
/** Apart enough for each change to be compiled, reported and written into conditions by itself. */
const betweenMs = 50
/** Far longer than any reasonable time: reaching it means a failure, which is reported. */
const effectMsMax = 10_000

/** What a change of one resource costs, among few others and among many. */
export async function manyResources(folder: string): Promise<void> {
  process.stdout.write('\na change of one resource, the whole process, conditions included\n')
  for (const count of [30, 1000]) await measureAmong(count, join(folder, String(count)))
}

async function measureAmong(count: number, folder: string): Promise<void> {
  const fairlead = await startFairlead(folder, { Consumer, PromptTemplate })
  const groups = Math.ceil(count / 4)
  for (let n = 0; n < groups; n++) {
    for (const [kind, resource] of Object.entries(resources)) {
      await fairlead.apply(kind, `${kind.toLowerCase()}-${n}`, resource(n, 0))
    }
  }
  const times: number[] = []
  const change = async (n: number) => times.push(await untilEffect(fairlead, n % groups, n))
  for (let n = 1; n <= changes; n++) await change(n)
  times.length = 0
  const before = fairlead.process.cpuMicros()
  for (let n = changes + 1; n <= 2 * changes; n++) {
    await change(n)
    await pause(betweenMs)
  }
  const cpuMs = (fairlead.process.cpuMicros() - before) / changes / 1000
  process.stdout.write(
    `  among ${String(4 * groups).padStart(4)}  ${cpuMs.toFixed(1)} ms CPU, effect after median ` +
      `${median(times).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms\n`,
  )
  await fairlead.stop()
}

/** Each kind's n-th resource, in a version of it. */
const resources: Readonly<Record<string, (n: number, version: number) => object>> = {
  LLMProvider: (n, version) => ({
    type: 'Simulator',
    models: [{ name: `model-${n}` }],
    simulator: { mode: 'Script', replies: [`version ${version}.`] },
  }),
  RoutingPolicy: (n) => ({
    gatewayRefs: [{ name: 'default' }],
    rules: [
      {
        name: 'only',
        match: { models: [`route-${n}`] },
        targets: [{ name: 'only', providerRef: { name: `llmprovider-${n}` }, model: `model-${n}` }],
      },
    ],
  }),
  Consumer: (n) => ({ apiKeys: [{ name: 'main', sha256: n.toString(16).padStart(64, '0') }] }),
  PromptTemplate: (n) => ({
    versions: [{ version: '1', messages: [{ role: 'user', content: `Prompt ${n}` }] }],
  }),
}

/** Changes a provider; milliseconds until a call shows it. */
async function untilEffect(fairlead: BenchedFairlead, n: number, version: number): Promise<number> {
  const spec = resources['LLMProvider']?.(n, version) ?? {}
  const started = performance.now()
  const applied = fairlead.apply('LLMProvider', `llmprovider-${n}`, spec)
  for (;;) {
    const answer = await call(fairlead, `route-${n}`)
    const elapsed = performance.now() - started
    if (answer.includes(`version ${version}.`)) {
      await applied
      return elapsed
    }
    if (elapsed > effectMsMax) throw new Error(`no effect; the last answer was ${answer}`)
    await pause(1)
  }
}

async function call(fairlead: BenchedFairlead, model: string): Promise<string> {
  const response = await fetch(`${fairlead.gateway}/v1/chat/completions`, {
    method: 'POST',
    headers: { ...fairlead.headers, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'x' }] }),
  })
  return response.text()
}
