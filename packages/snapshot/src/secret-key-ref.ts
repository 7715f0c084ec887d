export interface SecretKeyRef {
  readonly namespace: string
  readonly name: string
  readonly key: string
}
