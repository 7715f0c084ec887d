/** A manifest of one of our kinds as JSON text, which kubectl accepts like YAML. */
export function manifest(kind: string, name: string, spec: object): string {
  return JSON.stringify({
    apiVersion: 'fairlead.dev/v1beta1',
    kind,
    metadata: { name, namespace: 'default' },
    spec,
  })
}

/** A Secret with one value. */
export function secret(name: string, key: string, value: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'default' },
    stringData: { [key]: value },
  })
}

/** A provider at a test address, with a credential from the Secret `<name>-key`. */
export function provider(name: string, type: string, baseURL: string, more: object = {}): string {
  return manifest('LLMProvider', name, {
    type,
    baseURL,
    credentials: [{ name: 'main', secretRef: { name: `${name}-key`, key: 'api-key' } }],
    ...more,
  })
}

/** A route from one model name to one provider, without retries unless given. */
export function route(
  name: string,
  model: string,
  providerName: string,
  more: object = {},
): string {
  return manifest('RoutingPolicy', name, {
    gatewayRefs: [{ name: 'default' }],
    rules: [
      {
        name: 'only',
        match: { models: [model] },
        strategy: 'Priority',
        targets: [{ name: providerName, providerRef: { name: providerName } }],
        retry: { attempts: 0 },
        ...more,
      },
    ],
  })
}
