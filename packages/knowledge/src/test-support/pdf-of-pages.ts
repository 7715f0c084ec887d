import { deflateSync } from 'node:zlib'

/** A PDF of these lines, page by page. */
export function pdfOfPages(pages: readonly (readonly string[])[], title: string): Uint8Array {
  const contents = pages.map((lines) => {
    const shown = lines.map((line) => `(${line.replaceAll(/([()\\])/g, '\\$1')}) Tj T*`)
    return Buffer.from(`BT /F1 12 Tf 14 TL 72 720 Td ${shown.join(' ')} ET`)
  })
  return pdfOfContents(contents, title)
}

/** A small PDF, the page of which is very large once it is unpacked. */
export function pdfThatExplodes(megabytes: number): Uint8Array {
  return pdfOfContents([Buffer.alloc(megabytes * 1024 * 1024, 0x20)], 'Bomb')
}

function pdfOfContents(contents: readonly Buffer[], title: string): Uint8Array {
  const pageNumber = (page: number) => 4 + page * 2
  const kids = contents.map((_, page) => `${pageNumber(page)} 0 R`).join(' ')
  const objects: (string | Buffer)[] = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${contents.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]
  contents.forEach((content, page) => {
    const packed = deflateSync(content)
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${pageNumber(page) + 1} 0 R >>`,
      Buffer.concat([
        Buffer.from(`<< /Length ${packed.length} /Filter /FlateDecode >>\nstream\n`),
        packed,
        Buffer.from('\nendstream'),
      ]),
    )
  })
  objects.push(`<< /Title (${title}) >>`)
  return written(objects)
}

function written(objects: readonly (string | Buffer)[]): Uint8Array {
  const parts = [Buffer.from('%PDF-1.4\n')]
  let at = parts[0]?.length ?? 0
  const offsets = objects.map((object, index) => {
    const offset = at
    const part = Buffer.concat([
      Buffer.from(`${index + 1} 0 obj\n`),
      Buffer.from(object),
      Buffer.from('\nendobj\n'),
    ])
    parts.push(part)
    at += part.length
    return offset
  })
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const count = objects.length + 1
  parts.push(
    Buffer.from(
      `xref\n0 ${count}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${count} /Root 1 0 R /Info ${objects.length} 0 R >>\nstartxref\n${at}\n%%EOF\n`,
    ),
  )
  return Buffer.concat(parts)
}
