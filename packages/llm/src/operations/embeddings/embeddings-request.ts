/** A call for vectors, in no provider's format. */
export interface EmbeddingsRequest {
  readonly model: string
  /** Texts, or texts as lists of tokens. */
  readonly inputs: readonly (string | readonly number[])[]
  /** Of each vector. Defaults to what the model makes. */
  readonly dimensions?: number
  /** How the vectors are written for the caller. */
  readonly encoding: 'float' | 'base64'
  /** What the vectors are for; some models make others for what is searched than for what it is searched for. */
  readonly purpose?: EmbeddingsPurpose
}

export type EmbeddingsPurpose = 'document' | 'query'
