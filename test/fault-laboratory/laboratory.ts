import type { CallOutcome, GatewayReport } from '@fairlead/gateway'
import OpenAI, { APIError } from 'openai'
import type { Fault, Form } from './fault.ts'
import { FaultyUpstream } from './faulty-upstream.ts'
import { startLaboratoryGateway, type Target } from './laboratory-gateway.ts'
import type { Wire } from './wire.ts'

/** What one misbehaviour led to. */
interface Observation {
  /** The answer as the vendor's own SDK reads it: its text, or the error that it raised. */
  readonly text: string
  readonly error: { readonly status: number | undefined; readonly code: string } | undefined
  readonly outcome: CallOutcome
  readonly first: GatewayReport['providers'][number]
  /** Everything that the gateway logged and sent. */
  readonly said: string
}

/** Limits of time for providers that are silent: short, because the sockets are real. */
const shortLimits = { connect: '2s', firstByte: '700ms', idle: '700ms', total: '5s' }

/**
 * Makes one call to a gateway whose first target misbehaves, with a healthy second target or alone.
 */
export async function observe(
  fault: Fault,
  wire: Wire,
  form: Form,
  hasSecond: boolean,
): Promise<Observation> {
  await using upstream = await FaultyUpstream.start({
    onAccept: fault.atAccept ? (connection) => fault.serve(connection, wire, form) : undefined,
    onRequest: (connection) => fault.serve(connection, wire, form),
  })
  await using healthy = await FaultyUpstream.start({
    onRequest: (connection) =>
      form === 'whole'
        ? connection.respond(200, wire.answer)
        : connection.stream([wire.start, ...wire.content, wire.end]),
  })
  const first: Target = {
    name: 'first',
    type: wire.type,
    baseURL: addressOf(fault, upstream),
    timeouts: fault.silent ? shortLimits : {},
  }
  const second: Target = { ...first, name: 'second', baseURL: healthy.url, timeouts: {} }
  await using laboratory = await startLaboratoryGateway(hasSecond ? [first, second] : [first])
  const { gateway, logged, outcomes } = laboratory
  const answer = await ask(gateway.url, form)
  await gateway.drain(1_000)
  const [outcome] = outcomes
  const report = gateway.report().providers.find(({ name }) => name === 'first')
  if (outcome === undefined || report === undefined) throw new Error('the call left no record')
  return { ...answer, outcome, first: report, said: [...logged, JSON.stringify(answer)].join('\n') }
}

function addressOf({ address }: Fault, { url }: FaultyUpstream): string {
  return address === 'tls' ? url.replace('http:', 'https:') : (address ?? url)
}

async function ask(url: string, form: Form): Promise<Pick<Observation, 'text' | 'error'>> {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'unused', maxRetries: 0 })
  const messages = [{ role: 'user' as const, content: 'hi' }]
  let text = ''
  try {
    if (form === 'whole') {
      const answer = await client.chat.completions.create({ model: 'm', messages })
      return { text: answer.choices[0]?.message.content ?? '', error: undefined }
    }
    const stream = await client.chat.completions.create({ model: 'm', messages, stream: true })
    for await (const { choices } of stream) text += choices[0]?.delta.content ?? ''
    return { text, error: undefined }
  } catch (error) {
    if (!(error instanceof APIError)) throw error
    const status = error.status as number | undefined
    return { text, error: { status, code: String(error.code) } }
  }
}
