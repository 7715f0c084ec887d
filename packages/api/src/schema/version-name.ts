/** How versions of a PromptTemplate may be called. */
export const versionName = {
  min: 1,
  max: 63,
  pattern: '^[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$',
}
