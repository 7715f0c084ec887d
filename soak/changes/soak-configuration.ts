import { Secret } from '@fairlead/kube-types'
import type { BenchedFairlead } from '../../bench/fairlead/start-fairlead.ts'

const namespace = 'default'

/** The models that callers ask for, with the providers that answer, first to last. */
const routes: Readonly<Record<string, readonly string[]>> = {
  openai: ['openai'],
  anthropic: ['anthropic'],
  fallback: ['faulty', 'openai'],
  broken: ['broken'],
}

/** Configures everything that calls need; resolves when the API server has taken it. */
export async function configure(fairlead: BenchedFairlead, upstream: string): Promise<void> {
  await fairlead.apply('LLMProvider', 'openai', provider(`${upstream}/openai-a/v1`))
  await fairlead.apply('LLMProvider', 'anthropic', {
    ...provider(`${upstream}/anthropic/v1`),
    type: 'Anthropic',
  })
  await fairlead.apply('LLMProvider', 'faulty', provider(`${upstream}/faulty/v1`))
  await fairlead.apply('LLMProvider', 'broken', provider(`${upstream}/broken/v1`))
  await fairlead.apply('Persona', 'soak', persona(0))
  for (const [model, providers] of Object.entries(routes)) {
    await fairlead.apply('RoutingPolicy', model, route(model, providers))
  }
}

/** Stores the key that all providers get. */
export async function writeKey({ client }: BenchedFairlead, key: string): Promise<void> {
  const data = { 'api-key': Buffer.from(key).toString('base64') }
  const metadata = { namespace, name: 'soak-key' }
  await client.apply(
    Secret,
    { apiVersion: 'v1', kind: 'Secret', metadata, data },
    { fieldManager: 'soak', force: true },
  )
}

/** Spec of an LLMProvider with the soak's key. */
export function provider(baseURL: string): object {
  return {
    type: 'OpenAI',
    baseURL,
    credentials: [{ name: 'main', secretRef: { name: 'soak-key', key: 'api-key' } }],
  }
}

/** Spec of a RoutingPolicy that tries these providers in order, with another model name each time. */
export function route(model: string, providers: readonly string[], version = 0): object {
  return {
    gatewayRefs: [{ name: 'default' }],
    rules: [
      {
        name: 'only',
        match: { models: [model] },
        strategy: 'Priority',
        targets: providers.map((name) => ({
          name,
          providerRef: { name },
          model: `${name}-${version}`,
        })),
      },
    ],
  }
}

/** Spec of a Persona that differs from version to version. */
export function persona(version: number): object {
  return { instructions: `You are version ${version}.` }
}
