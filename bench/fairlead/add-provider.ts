import { eventually } from '../processes/eventually.ts'
import type { BenchedFairlead } from './start-fairlead.ts'

/** A provider at `baseURL`, and a rule that routes `<name>-model` to it, once they are in effect. */
export async function addProvider(
  fairlead: BenchedFairlead,
  name: string,
  baseURL: string,
  type: 'OpenAI' | 'Anthropic' = 'OpenAI',
): Promise<void> {
  await fairlead.apply('LLMProvider', name, providerSpec(baseURL, type))
  await fairlead.apply('RoutingPolicy', name, routeSpec(name))
  await eventually(`the route of ${name}`, async () => {
    const response = await fetch(`${fairlead.gateway}/v1/chat/completions`, {
      method: 'POST',
      headers: { ...fairlead.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ model: `${name}-model`, messages: [{ role: 'user', content: 'x' }] }),
    })
    const text = await response.text()
    // Whatever the provider answers to a plain call, a missing route is a 404.
    if (response.status === 404) throw new Error(`${response.status}: ${text}`)
    return true as const
  })
}

/** Spec of an LLMProvider with the benchmark's key. */
export function providerSpec(baseURL: string, type: 'OpenAI' | 'Anthropic' = 'OpenAI'): object {
  return {
    type,
    baseURL,
    credentials: [{ name: 'main', secretRef: { name: 'bench-key', key: 'api-key' } }],
  }
}

/** Spec of a RoutingPolicy that sends `<provider>-model` to a provider, as another model if given. */
export function routeSpec(provider: string, model?: string): object {
  return {
    gatewayRefs: [{ name: 'default' }],
    rules: [
      {
        name: 'only',
        match: { models: [`${provider}-model`] },
        strategy: 'Priority',
        targets: [
          {
            name: provider,
            providerRef: { name: provider },
            ...(model === undefined ? {} : { model }),
          },
        ],
      },
    ],
  }
}
