/** The text of a header, whose bytes Node takes for Latin-1 and Kubernetes for UTF-8. */
export function headerText(value: string): string {
  return Buffer.from(value, 'latin1').toString('utf8')
}
