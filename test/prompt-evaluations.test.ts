import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLine } from './support/command.ts'
import { type FairleadProcess, startFairlead } from './support/fairlead-process.ts'
import { manifest } from './support/manifests.ts'
import { post } from './support/sdk.ts'
import { waitFor } from './support/wait-for.ts'

let fairlead: FairleadProcess

beforeAll(async () => {
  fairlead = await startFairlead({ flags: ['--workers', '2'] })
}, 90_000)
afterAll(() => fairlead[Symbol.asyncDispose]())

const parameters = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string' } },
}
const version = (name: string, content: string) => ({
  name,
  messages: [{ role: 'user', content }],
  parameters,
  model: 'assistant',
})
const versions = [version('1', 'Greet {{name}}.'), version('2', 'Hug {{name}}.')]
const greet = (rollout: readonly object[]) =>
  manifest('PromptTemplate', 'greet', { versions, rollout, labels: { canary: '2' } })

interface Evaluated {
  readonly status?: {
    readonly run?: { readonly phase: string; readonly message?: string; readonly done: number }
    readonly results?: readonly {
      readonly version: string
      readonly scores: readonly { readonly metric: string; readonly mean: number }[]
    }[]
  }
}

async function evaluated(): Promise<Evaluated['status']> {
  const { stdout } = await fairlead.kubectl.run(['get', 'llmeval', 'greetings', '-o', 'json'])
  return (JSON.parse(stdout) as Evaluated).status
}

describe('a PromptEvaluation', () => {
  it('tries versions with cases by calls of the gateway, and is a gate of the rollout', async () => {
    const { kubectl } = fairlead
    await kubectl.apply(greet([{ version: '1' }]))
    await kubectl.apply(
      manifest('PromptEvaluation', 'greetings', {
        promptRef: { name: 'greet' },
        versions: ['1', '2'],
        dataset: { configMapRef: { name: 'greetings' } },
        metrics: [{ name: 'alike', type: 'Likeness' }],
        gate: { metric: 'alike', atLeast: '0.9' },
      }),
    )
    await waitFor('the missing cases to be told', async () => {
      const { message = '' } = (await evaluated())?.run ?? {}
      return message.includes('ConfigMap default/greetings does not exist')
    })
    const { stderr: early } = await kubectl
      .run([
        'patch',
        'llmprompt',
        'greet',
        '--type=merge',
        '-p',
        JSON.stringify({ spec: { rollout: [{ version: '2' }] } }),
      ])
      .catch((error: unknown) => error as { readonly stderr: string })
    expect(early).toContain('has no result for it yet')

    const expected = 'I see 1 message. You said: "Greet Ada."'
    const cases = `${JSON.stringify({ parameters: { name: 'Ada' }, expected })}\n`
    await kubectl.apply(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'greetings', namespace: 'default' },
        data: { 'cases.jsonl': cases },
      }),
    )
    await waitFor('the run to succeed', async () => (await evaluated())?.run?.phase === 'Succeeded')
    const { results = [], run } = (await evaluated()) ?? {}
    expect(run?.done).toBe(2)
    expect(results.map((one) => one.version)).toEqual(['1', '2'])
    expect(results[0]?.scores).toEqual([{ metric: 'alike', mean: 1, unscored: 0 }])
    expect(results[1]?.scores[0]?.mean).toBeLessThan(0.9)

    const refused = await kubectl
      .run([
        'patch',
        'llmprompt',
        'greet',
        '--type=merge',
        '-p',
        JSON.stringify({ spec: { rollout: [{ version: '1' }, { version: '2', weight: 1 }] } }),
      ])
      .catch((error: unknown) => error as { readonly stderr: string })
    expect(refused.stderr).toContain(
      'the PromptEvaluation greetings asks for alike of at least 0.9, and it has reached 0.',
    )
    const { stdout } = await kubectl.run(['get', 'llmeval', 'greetings'])
    expect(stdout).toMatch(/greet +True +Succeeded +2 +2/)
  }, 90_000)

  it('stands beside what callers think of versions, whichever worker they tell', async () => {
    for (const name of ['Ada', 'Bob', 'Cy']) {
      const answer = await post(fairlead.endpoints, '/prompts/default/greet', {
        parameters: { name },
        version: name === 'Cy' ? 'canary' : '1',
      })
      expect(answer.status).toBe(200)
      const request_id = answer.headers.get('x-fairlead-request-id')
      const rated = await post(fairlead.endpoints, '/v1/feedback', {
        request_id,
        label: name === 'Cy' ? 'negative' : 'positive',
      })
      expect(await rated.json()).toMatchObject({
        prompt: 'default/greet',
        prompt_version: name === 'Cy' ? '2' : '1',
      })
    }
    const { admin } = fairlead.endpoints
    const response = await fetch(`${admin}/usage/prompt?name=default/greet`)
    const { versions: used } = (await response.json()) as {
      readonly versions: readonly Record<string, unknown>[]
    }
    expect(used).toMatchObject([
      { version: '1', calls: 2, ratings: 2, ratingThousandths: 2000 },
      { version: '2', calls: 1, ratings: 1, ratingThousandths: 0 },
    ])
    const { kubeconfig } = fairlead.endpoints
    const asked = ['prompt', 'compare', 'greet', '--url', admin, '--kubeconfig', kubeconfig]
    const [node, ...rest] = commandLine(asked)
    const { stdout } = await promisify(execFile)(node, rest)
    expect(stdout).toContain('2 against 1: failures not enough calls to tell')
    expect(stdout).toMatch(
      /Evaluation greetings: succeeded, 2 of 2 cases, gate: alike of at least 0\.9/,
    )
  }, 60_000)
})
