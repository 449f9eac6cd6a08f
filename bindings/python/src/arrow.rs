//! Columns of Arrow's as events.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BinaryArray, BinaryViewArray, LargeBinaryArray};
use arrow_schema::DataType;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3_arrow::input::AnyArray;

/// The chunks of an array of text.
pub(crate) struct Column(Vec<Chunk>);

/// Strings as bytes: whoever made the array may not have checked that they are UTF-8.
enum Chunk {
    Small(BinaryArray),
    Large(LargeBinaryArray),
    View(BinaryViewArray),
}

impl Column {
    /// What an object offers by the Arrow PyCapsule interface, if it does.
    pub(crate) fn of(object: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        if !object.hasattr("__arrow_c_array__")? && !object.hasattr("__arrow_c_stream__")? {
            return Ok(None);
        }
        let (chunks, field) = object.extract::<AnyArray>()?.into_chunked_array()?.into_inner();
        let chunk = |array: &ArrayRef| {
            Chunk::of(array).ok_or_else(|| {
                let found = field.data_type();
                PyTypeError::new_err(format!("an array of events must hold strings or binary, not {found}"))
            })
        };
        Ok(Some(Column(chunks.iter().map(chunk).collect::<PyResult<_>>()?)))
    }

    /// The texts, without the nulls.
    pub(crate) fn texts(&self) -> Vec<&[u8]> {
        let mut texts = Vec::with_capacity(self.0.iter().map(|chunk| chunk.array().len()).sum());
        for chunk in &self.0 {
            match chunk {
                Chunk::Small(array) => texts.extend(array.iter().flatten()),
                Chunk::Large(array) => texts.extend(array.iter().flatten()),
                Chunk::View(array) => texts.extend(array.iter().flatten()),
            }
        }
        texts
    }

    /// Where the nulls are, in ascending order.
    pub(crate) fn nulls(&self) -> impl Iterator<Item = usize> {
        let mut before = 0;
        self.0.iter().flat_map(move |chunk| {
            let array = chunk.array();
            let first = before;
            before += array.len();
            let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
            let length = nulls.map_or(0, |_| array.len());
            (0..length).filter(move |event| array.is_null(*event)).map(move |event| first + event)
        })
    }
}

impl Chunk {
    fn of(array: &ArrayRef) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Utf8 => Chunk::Small(array.as_string::<i32>().clone().into()),
            DataType::LargeUtf8 => Chunk::Large(array.as_string::<i64>().clone().into()),
            DataType::Utf8View => Chunk::View(array.as_string_view().clone().to_binary_view()),
            DataType::Binary => Chunk::Small(array.as_binary::<i32>().clone()),
            DataType::LargeBinary => Chunk::Large(array.as_binary::<i64>().clone()),
            DataType::BinaryView => Chunk::View(array.as_binary_view().clone()),
            _ => return None,
        })
    }

    fn array(&self) -> &dyn Array {
        match self {
            Chunk::Small(array) => array,
            Chunk::Large(array) => array,
            Chunk::View(array) => array,
        }
    }
}
