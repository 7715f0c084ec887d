/** Environment variables, as `process.env`. */
export type ProcessEnvironment = Readonly<Record<string, string | undefined>>
