use crate::Unprintable;
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write;

/// What the largest code holds at the level of correction we use (ISO/IEC 18004, version 40-M, bytes).
const MOST_BYTES: usize = 2331;

/// The white edge a scanner needs, in modules (ISO/IEC 18004, 5.3.8).
const QUIET: usize = 4;

/// A QR code as one `<svg>` element: a `viewBox`, no size, no style, no script, so that it fits a strict CSP.
///
/// `role` and `aria-label` are the caller's. Refuses a text that no code can hold.
pub fn qr_svg(text: &str) -> Result<String, Unprintable> {
    let too_long = Unprintable::TooLongForQr { bytes: text.len(), most: MOST_BYTES };
    if text.len() > MOST_BYTES {
        return Err(too_long);
    }
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| too_long)?;
    let width = code.width();
    let side = width + 2 * QUIET;
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] == Color::Dark {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{} {}h{}v1h-{}z", x + QUIET, y + QUIET, run.len(), run.len());
            }
            x += run.len();
        }
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}h-{side}z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}
