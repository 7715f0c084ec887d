/** The contenders that can serve calls which pass through unchanged. */
export const everyPeer: readonly string[] = [
  'nginx',
  'nginx-key',
  'raw-net',
  'http-undici',
  'envoy',
  'portkey',
  'litellm',
]

/** The contenders that can translate calls for a provider with Anthropic's format. */
export const translatingPeers: readonly string[] = ['portkey', 'litellm']
