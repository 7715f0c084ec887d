import type { ResourceIdentity } from './resource-identity.ts'
import type { SecretKeyRef } from './secret-key-ref.ts'
import type { SimulatorSettings } from './simulator.ts'

export interface LLMProviderSettings extends ResourceIdentity {
  /** A provider type from the capabilities. */
  readonly type: string
  /** One of the type's presets; undefined for a vendor or server of which nothing is known. */
  readonly preset?: string | undefined
  /** Version segment included, no trailing slash (`https://host/v1`). Empty for Simulator. */
  readonly baseURL: string
  /**
   * Origin of the HTTP proxy that every connection goes through (`http://host:port`); undefined
   * means none.
   */
  readonly proxyURL: string | undefined
  /**
   * Whether the baseURL is that of a Service of the cluster, which the resource names as such: it may
   * be at a private address although others may not.
   */
  readonly isClusterService: boolean
  /**
   * The InferencePool whose servers are called: the host of the baseURL then only names it. Undefined
   * for a provider that has an address.
   */
  readonly endpointPool?: EndpointPoolSettings | undefined
  /** Undefined leaves connections over TLS as they are by default. */
  readonly tls: TlsSettings | undefined
  /**
   * Whose key the provider is asked with; only with `Credentials` there are any. `WorkloadIdentity` is
   * the gateway's own identity at the provider's cloud.
   */
  readonly authentication: { readonly source: 'Credentials' | 'Caller' | 'WorkloadIdentity' }
  /** Of type AzureOpenAI only. */
  readonly azure: AzureSettings | undefined
  /** Of type VertexAI only. */
  readonly vertex: VertexSettings | undefined
  /** Of type Bedrock only. */
  readonly bedrock: BedrockSettings | undefined
  readonly credentials: readonly {
    readonly name: string
    readonly secret: SecretKeyRef
    readonly weight: number
  }[]
  /** Empty: any model that the provider serves. */
  readonly models: readonly ProviderModel[]
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  /** What becomes of parameters that the provider or its model does not know. */
  readonly parameters: { readonly unsupported: 'Error' | 'Drop' | 'Forward' }
  /** Whether the usage of every stream is asked for, or only where the caller asks. */
  readonly streamUsage: 'Request' | 'Omit'
  readonly timeouts: TimeoutSettings
  readonly health: HealthSettings
  /** What the provider allows, of all replicas together. */
  readonly limits: ProviderLimits
  readonly simulator: SimulatorSettings | undefined
}

/** Undefined sets no bound. */
export interface ProviderLimits {
  readonly requestsPerMinute: number | undefined
  /** Input and output. */
  readonly tokensPerMinute: number | undefined
  readonly maxConcurrent: number | undefined
}

/** An InferencePool, and how the endpoint picker that it names is asked. */
export interface EndpointPoolSettings {
  readonly namespace: string
  readonly name: string
  readonly picker: {
    /** `Unverified` encrypts, and takes any certificate; `None` is plain HTTP/2. */
    readonly tls: 'Unverified' | 'Verified' | 'None'
    /** For `Verified`: authorities, as PEM, that are trusted instead of the usual ones. */
    readonly ca: SecretKeyRef | undefined
    /** How long a choice may take, connecting included. */
    readonly timeoutMs: number
  }
}

interface AzureSettings {
  readonly form: 'V1' | 'Deployments'
  /** Undefined: none is sent, or with form Deployments the one of the type. */
  readonly apiVersion: string | undefined
  /** With it credentials are client secrets, and not keys. */
  readonly entra: { readonly tenantID: string; readonly clientID: string } | undefined
}

interface VertexSettings {
  readonly project: string
  readonly location: string
}

interface BedrockSettings {
  readonly region: string
  /** The role to take; undefined leaves it to the environment. */
  readonly roleARN: string | undefined
  /** The API by which Claude is asked; every other model has one. */
  readonly claudeAPI: 'InvokeModel' | 'Converse'
}

/** TLS of the connections to a provider. Undefined leaves a part as it is by default. */
export interface TlsSettings {
  /** Certificates of authorities, as PEM, that are trusted instead of the usual ones. */
  readonly ca: SecretKeyRef | undefined
  /** What the gateway shows the provider, as PEM. */
  readonly clientCertificate:
    { readonly certificate: SecretKeyRef; readonly key: SecretKeyRef } | undefined
  /** The name that the provider's certificate must have, instead of the host of the address. */
  readonly serverName: string | undefined
}

/** How long an attempt may be silent or run. Undefined leaves it to the next who may say. */
export interface AnswerTimeouts {
  /** Until content begins. */
  readonly firstByteMs: number | undefined
  /** Between two pieces of content. */
  readonly idleMs: number | undefined
  /** From the start of the attempt to the end of its answer. */
  readonly totalMs: number | undefined
}

export interface TimeoutSettings extends AnswerTimeouts {
  /** Until a connection is open, TLS included. */
  readonly connectMs: number
}

/** When a provider is passed over, and for how long. */
export interface HealthSettings {
  /** Failures in a row, within `windowMs`, after which it is ejected. */
  readonly failures: number
  readonly windowMs: number
  /** Of the first ejection; each that follows without a success lasts twice as long. */
  readonly ejectForMs: number
  readonly maxEjectForMs: number
  /** The share of a rule's targets that may be passed over, from 0 to 100. */
  readonly maxEjectedPercent: number
  readonly probe: { readonly model: string; readonly intervalMs: number } | undefined
}

export interface ProviderModel {
  readonly name: string
  readonly aliases: readonly string[]
  readonly contextWindow: number | undefined
  readonly maxOutputTokens: number | undefined
  readonly capabilities: readonly string[]
  /** Of type AzureOpenAI: what serves it, if its name is another. */
  readonly deployment?: string | undefined
  /** Undefined where the configuration gives none. */
  readonly price?: ModelPrice | undefined
}

/** The price of a model per million tokens, as decimal numbers in US dollars. */
export interface ModelPrice {
  readonly inputPerMillion: string | undefined
  readonly cachedInputPerMillion: string | undefined
  readonly cacheWritePerMillion: string | undefined
  readonly outputPerMillion: string | undefined
}
